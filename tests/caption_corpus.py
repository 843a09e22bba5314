"""What two people say to each other in many languages: the same call everywhere, as long sentences
as people speak, and how fast they speak there (letters a second, spaces included, without pauses).
"""

from __future__ import annotations

from typing import NamedTuple


class Talk(NamedTuple):
    """`pace` is that of a calm speaker."""

    pace: float
    agent: tuple[str, ...]
    customer: tuple[str, ...]


CORPUS: dict[str, Talk] = {
    "en-US": Talk(
        14,
        (
            "Good morning, you are speaking with the claims department, and before we begin I have to tell you that this call is being recorded for training.",
            "Could you please tell me when the water came into the kitchen and whether anybody was at home at the time?",
            "Then I will send a surveyor to you on Thursday between nine and eleven, and he will have a look at the damage before anything is thrown away.",
        ),
        (
            "We came home on Sunday evening, and the floor was already wet because a pipe under the sink had burst.",
            "I turned off the main valve myself, but the cupboards and the new dishwasher can hardly be saved.",
        ),
    ),
    "de-DE": Talk(
        14.5,
        (
            "Guten Morgen, Sie sprechen mit der Schadenabteilung, und bevor wir anfangen, muss ich Ihnen sagen, dass dieses Gespräch zu Schulungszwecken aufgezeichnet wird.",
            "Können Sie mir bitte erzählen, wann das Wasser in die Küche gekommen ist und ob zu der Zeit jemand zu Hause war?",
            "Dann schicke ich Ihnen am Donnerstag zwischen neun und elf Uhr einen Gutachter, der sich den Schaden ansieht, bevor etwas weggeworfen wird.",
        ),
        (
            "Wir sind am Sonntagabend nach Hause gekommen, und der Boden war schon nass, weil unter der Spüle ein Rohr geplatzt war.",
            "Ich habe den Haupthahn selbst zugedreht, aber die Schränke und die neue Spülmaschine sind wohl nicht mehr zu retten.",
        ),
    ),
    "fr-FR": Talk(
        15,
        (
            "Bonjour, vous êtes bien au service des sinistres, et avant de commencer je dois vous dire que cet appel est enregistré pour la formation de nos équipes.",
            "Pouvez-vous me raconter à quel moment l'eau est entrée dans la cuisine et si quelqu'un était à la maison à ce moment-là ?",
            "Je vous envoie donc un expert jeudi entre neuf heures et onze heures, et il regardera les dégâts avant que vous ne jetiez quoi que ce soit.",
        ),
        (
            "Nous sommes rentrés dimanche soir et le sol était déjà mouillé parce qu'un tuyau avait éclaté sous l'évier.",
            "J'ai fermé moi-même l'arrivée d'eau, mais les placards et le nouveau lave-vaisselle sont sans doute perdus.",
        ),
    ),
    "es-ES": Talk(
        15,
        (
            "Buenos días, le atiende el departamento de siniestros, y antes de empezar tengo que decirle que esta llamada se graba para la formación del personal.",
            "¿Me puede contar cuándo entró el agua en la cocina y si había alguien en la casa en ese momento?",
            "Entonces le enviaré un perito el jueves entre las nueve y las once, y él mirará los daños antes de que se tire nada.",
        ),
        (
            "Llegamos a casa el domingo por la noche y el suelo ya estaba mojado porque se había roto una tubería debajo del fregadero.",
            "Yo mismo cerré la llave de paso, pero los armarios y el lavavajillas nuevo ya no se pueden salvar.",
        ),
    ),
    "it-IT": Talk(
        14.5,
        (
            "Buongiorno, lei parla con l'ufficio sinistri, e prima di cominciare devo dirle che questa chiamata viene registrata per la formazione del personale.",
            "Mi può raccontare quando è entrata l'acqua nella cucina e se in quel momento c'era qualcuno in casa?",
            "Allora le mando un perito giovedì tra le nove e le undici, che guarderà i danni prima che venga buttato via qualcosa.",
        ),
        (
            "Siamo tornati a casa la domenica sera e il pavimento era già bagnato perché sotto il lavello era scoppiato un tubo.",
            "Ho chiuso io stesso il rubinetto centrale, ma gli armadietti e la lavastoviglie nuova non si possono più salvare.",
        ),
    ),
    "pt-BR": Talk(
        14.5,
        (
            "Bom dia, o senhor está falando com o setor de sinistros, e antes de começar preciso dizer que esta ligação está sendo gravada para o treinamento da equipe.",
            "O senhor pode me contar quando a água entrou na cozinha e se havia alguém em casa naquele momento?",
            "Então vou mandar um perito na quinta-feira entre as nove e as onze, e ele vai olhar os danos antes que se jogue alguma coisa fora.",
        ),
        (
            "Nós chegamos em casa no domingo à noite e o chão já estava molhado porque um cano tinha estourado debaixo da pia.",
            "Eu mesmo fechei o registro geral, mas os armários e a máquina de lavar louça nova não têm mais salvação.",
        ),
    ),
    "nl-NL": Talk(
        14.5,
        (
            "Goedemorgen, u spreekt met de schadeafdeling, en voordat we beginnen moet ik u zeggen dat dit gesprek wordt opgenomen voor de opleiding van ons personeel.",
            "Kunt u mij vertellen wanneer het water in de keuken is gekomen en of er op dat moment iemand in huis was?",
            "Dan stuur ik donderdag tussen negen en elf uur een expert naar u toe, die naar de schade zal kijken voordat er iets wordt weggegooid.",
        ),
        (
            "We kwamen op zondagavond thuis en de vloer was al nat omdat er onder de gootsteen een leiding was gesprongen.",
            "Ik heb de hoofdkraan zelf dichtgedraaid, maar de kastjes en de nieuwe vaatwasser zijn niet meer te redden.",
        ),
    ),
    "pl-PL": Talk(
        14,
        (
            "Dzień dobry, dodzwonił się pan do działu szkód, i zanim zaczniemy, muszę powiedzieć, że ta rozmowa jest nagrywana w celach szkoleniowych.",
            "Czy może mi pan powiedzieć, kiedy woda dostała się do kuchni i czy w tym czasie ktoś był w domu?",
            "W takim razie przyślę do pana rzeczoznawcę w czwartek między dziewiątą a jedenastą, który obejrzy szkody, zanim coś zostanie wyrzucone.",
        ),
        (
            "Wróciliśmy do domu w niedzielę wieczorem i podłoga była już mokra, bo pod zlewem pękła rura.",
            "Sam zakręciłem główny zawór, ale szafek i nowej zmywarki raczej nie da się już uratować.",
        ),
    ),
    "ru-RU": Talk(
        14,
        (
            "Доброе утро, вы позвонили в отдел страховых случаев, и прежде чем мы начнём, я должна сказать, что этот разговор записывается для обучения сотрудников.",
            "Не могли бы вы рассказать, когда вода попала на кухню и был ли кто-нибудь в это время дома?",
            "Тогда я пришлю к вам оценщика в четверг между девятью и одиннадцатью, и он посмотрит на ущерб, пока ничего не выбросили.",
        ),
        (
            "Мы вернулись домой в воскресенье вечером, и пол был уже мокрый, потому что под раковиной лопнула труба.",
            "Я сам перекрыл главный кран, но шкафы и новую посудомоечную машину уже вряд ли можно спасти.",
        ),
    ),
    "uk-UA": Talk(
        14,
        (
            "Доброго ранку, ви зателефонували до відділу страхових випадків, і перш ніж ми почнемо, я маю сказати, що ця розмова записується для навчання працівників.",
            "Чи не могли б ви розповісти, коли вода потрапила на кухню і чи був хтось у цей час удома?",
            "Тоді я надішлю до вас оцінювача у четвер між дев'ятою та одинадцятою, і він подивиться на збитки, поки нічого не викинули.",
        ),
        (
            "Ми повернулися додому в неділю ввечері, і підлога була вже мокра, бо під мийкою лопнула труба.",
            "Я сам перекрив головний кран, але шафи і нову посудомийну машину вже навряд чи можна врятувати.",
        ),
    ),
    "cs-CZ": Talk(
        13.5,
        (
            "Dobré ráno, dovolali jste se na oddělení škod, a než začneme, musím vám říct, že se tento hovor nahrává pro školení zaměstnanců.",
            "Můžete mi prosím říct, kdy se voda dostala do kuchyně a zda byl v té době někdo doma?",
            "Pošlu k vám tedy ve čtvrtek mezi devátou a jedenáctou odhadce, který se na škodu podívá, než se cokoli vyhodí.",
        ),
        (
            "Vrátili jsme se domů v neděli večer a podlaha byla už mokrá, protože pod dřezem praskla trubka.",
            "Hlavní uzávěr jsem zavřel sám, ale skříňky a nová myčka se už asi nedají zachránit.",
        ),
    ),
    "sv-SE": Talk(
        14,
        (
            "God morgon, du har kommit till skadeavdelningen, och innan vi börjar måste jag säga att det här samtalet spelas in för utbildning av personalen.",
            "Kan du berätta för mig när vattnet kom in i köket och om det var någon hemma vid den tiden?",
            "Då skickar jag en värderare till dig på torsdag mellan nio och elva, och han tittar på skadan innan något kastas bort.",
        ),
        (
            "Vi kom hem på söndagskvällen, och golvet var redan blött eftersom ett rör hade spruckit under diskbänken.",
            "Jag stängde huvudkranen själv, men skåpen och den nya diskmaskinen går nog inte att rädda.",
        ),
    ),
    "da-DK": Talk(
        14,
        (
            "Godmorgen, du taler med skadeafdelingen, og før vi begynder, skal jeg sige at denne samtale bliver optaget til uddannelse af personalet.",
            "Kan du fortælle mig hvornår vandet kom ind i køkkenet, og om der var nogen hjemme på det tidspunkt?",
            "Så sender jeg en taksator ud til dig på torsdag mellem ni og elleve, og han ser på skaden før noget bliver smidt ud.",
        ),
        (
            "Vi kom hjem søndag aften, og gulvet var allerede vådt fordi et rør var sprunget under vasken.",
            "Jeg lukkede selv for hovedhanen, men skabene og den nye opvaskemaskine kan nok ikke reddes.",
        ),
    ),
    "nb-NO": Talk(
        14,
        (
            "God morgen, du snakker med skadeavdelingen, og før vi begynner, må jeg si at denne samtalen blir tatt opp for opplæring av de ansatte.",
            "Kan du fortelle meg når vannet kom inn på kjøkkenet, og om det var noen hjemme på den tiden?",
            "Da sender jeg en takstmann til deg på torsdag mellom ni og elleve, og han ser på skaden før noe blir kastet.",
        ),
        (
            "Vi kom hjem søndag kveld, og gulvet var allerede vått fordi et rør hadde sprukket under vasken.",
            "Jeg stengte hovedkranen selv, men skapene og den nye oppvaskmaskinen kan nok ikke reddes.",
        ),
    ),
    "fi-FI": Talk(
        14,
        (
            "Hyvää huomenta, puhutte vahinko-osaston kanssa, ja ennen kuin aloitamme, minun täytyy kertoa, että tämä puhelu nauhoitetaan koulutusta varten.",
            "Voitteko kertoa minulle, milloin vesi tuli keittiöön ja oliko silloin joku kotona?",
            "Siinä tapauksessa lähetän teille torstaina yhdeksän ja yhdentoista välillä arvioijan, joka katsoo vahingon, ennen kuin mitään heitetään pois.",
        ),
        (
            "Tulimme kotiin sunnuntai-iltana, ja lattia oli jo märkä, koska tiskialtaan alla oli haljennut putki.",
            "Suljin päähanan itse, mutta kaappeja ja uutta astianpesukonetta ei varmaan voi enää pelastaa.",
        ),
    ),
    "hu-HU": Talk(
        14,
        (
            "Jó reggelt kívánok, ön a kárrendezési osztályt hívta, és mielőtt elkezdenénk, el kell mondanom, hogy ezt a beszélgetést oktatási célból rögzítjük.",
            "El tudná mondani, hogy mikor került a víz a konyhába, és hogy volt-e akkor valaki otthon?",
            "Akkor csütörtökön kilenc és tizenegy között küldök önhöz egy szakértőt, aki megnézi a kárt, mielőtt bármit is kidobnának.",
        ),
        (
            "Vasárnap este értünk haza, és a padló már nedves volt, mert a mosogató alatt elrepedt egy cső.",
            "A főcsapot én magam zártam el, de a szekrényeket és az új mosogatógépet már aligha lehet megmenteni.",
        ),
    ),
    "ro-RO": Talk(
        14.5,
        (
            "Bună dimineața, vorbiți cu departamentul de daune, și înainte de a începe trebuie să vă spun că această convorbire este înregistrată pentru instruirea personalului.",
            "Puteți să-mi spuneți când a intrat apa în bucătărie și dacă era cineva acasă în acel moment?",
            "Atunci vă trimit joi între nouă și unsprezece un evaluator, care se va uita la pagube înainte să se arunce ceva.",
        ),
        (
            "Am ajuns acasă duminică seara și podeaua era deja udă pentru că se spărsese o țeavă sub chiuvetă.",
            "Am închis eu robinetul principal, dar dulapurile și mașina de spălat vase cea nouă nu mai pot fi salvate.",
        ),
    ),
    "el-GR": Talk(
        14,
        (
            "Καλημέρα σας, μιλάτε με το τμήμα ζημιών, και πριν αρχίσουμε πρέπει να σας πω ότι αυτή η κλήση καταγράφεται για την εκπαίδευση του προσωπικού.",
            "Μπορείτε να μου πείτε πότε μπήκε το νερό στην κουζίνα και αν ήταν κάποιος στο σπίτι εκείνη την ώρα;",
            "Τότε θα σας στείλω έναν πραγματογνώμονα την Πέμπτη ανάμεσα στις εννέα και τις έντεκα, που θα δει τη ζημιά πριν πεταχτεί κάτι.",
        ),
        (
            "Γυρίσαμε στο σπίτι την Κυριακή το βράδυ και το πάτωμα ήταν ήδη βρεγμένο, επειδή είχε σπάσει ένας σωλήνας κάτω από τον νεροχύτη.",
            "Έκλεισα μόνος μου τον κεντρικό διακόπτη, αλλά τα ντουλάπια και το καινούριο πλυντήριο πιάτων δεν σώζονται πια.",
        ),
    ),
    "bg-BG": Talk(
        14,
        (
            "Добро утро, говорите с отдела за щети, и преди да започнем, трябва да ви кажа, че този разговор се записва за обучение на служителите.",
            "Можете ли да ми кажете кога е влязла водата в кухнята и дали по това време е имало някого вкъщи?",
            "Тогава ще ви изпратя оценител в четвъртък между девет и единайсет часа, който ще види щетите, преди да се изхвърли нещо.",
        ),
        (
            "Прибрахме се в неделя вечерта и подът вече беше мокър, защото под мивката се беше спукала тръба.",
            "Сам затворих главния кран, но шкафовете и новата съдомиялна вече едва ли могат да се спасят.",
        ),
    ),
    "hr-HR": Talk(
        14,
        (
            "Dobro jutro, dobili ste odjel za štete, i prije nego što počnemo, moram vam reći da se ovaj razgovor snima za obuku zaposlenika.",
            "Možete li mi reći kada je voda ušla u kuhinju i je li u to vrijeme netko bio kod kuće?",
            "Onda ću vam u četvrtak između devet i jedanaest poslati procjenitelja, koji će pogledati štetu prije nego što se išta baci.",
        ),
        (
            "Vratili smo se kući u nedjelju navečer i pod je već bio mokar jer je ispod sudopera pukla cijev.",
            "Sam sam zatvorio glavni ventil, ali ormarići i nova perilica posuđa više se ne mogu spasiti.",
        ),
    ),
    "tr-TR": Talk(
        14,
        (
            "Günaydın, hasar bölümünü aradınız, ve başlamadan önce bu görüşmenin personel eğitimi için kaydedildiğini söylemem gerekiyor.",
            "Suyun mutfağa ne zaman girdiğini ve o sırada evde birinin olup olmadığını bana anlatır mısınız?",
            "O zaman perşembe günü dokuz ile on bir arasında size bir eksper göndereceğim, ve o bir şey atılmadan önce hasara bakacak.",
        ),
        (
            "Pazar akşamı eve geldik ve yer zaten ıslaktı, çünkü lavabonun altında bir boru patlamıştı.",
            "Ana vanayı ben kapattım, ama dolaplar ve yeni bulaşık makinesi artık kurtarılamaz.",
        ),
    ),
    "id-ID": Talk(
        14,
        (
            "Selamat pagi, Anda berbicara dengan bagian klaim, dan sebelum kita mulai saya harus mengatakan bahwa percakapan ini direkam untuk pelatihan karyawan.",
            "Bisakah Anda menceritakan kapan air masuk ke dapur dan apakah ada orang di rumah pada waktu itu?",
            "Kalau begitu saya akan mengirim seorang penilai pada hari Kamis antara jam sembilan dan jam sebelas, yang akan melihat kerusakan sebelum ada yang dibuang.",
        ),
        (
            "Kami pulang ke rumah pada hari Minggu malam dan lantai sudah basah karena ada pipa yang pecah di bawah wastafel.",
            "Saya sendiri yang menutup keran utama, tetapi lemari dan mesin pencuci piring yang baru tidak bisa diselamatkan lagi.",
        ),
    ),
    "vi-VN": Talk(
        14,
        (
            "Chào buổi sáng, anh đang nói chuyện với bộ phận bồi thường, và trước khi bắt đầu tôi phải nói rằng cuộc gọi này được ghi âm để đào tạo nhân viên.",
            "Anh có thể kể cho tôi biết nước vào bếp lúc nào và lúc đó có ai ở nhà không?",
            "Vậy thì tôi sẽ gửi một giám định viên đến vào thứ năm giữa chín giờ và mười một giờ, người sẽ xem thiệt hại trước khi vứt bỏ thứ gì.",
        ),
        (
            "Chúng tôi về nhà vào tối chủ nhật và sàn nhà đã ướt vì có một đường ống bị vỡ dưới bồn rửa.",
            "Tôi đã tự tay khóa van chính, nhưng tủ bếp và máy rửa bát mới thì không cứu được nữa.",
        ),
    ),
    "he-IL": Talk(
        12,
        (
            "בוקר טוב, הגעת למחלקת התביעות, ולפני שנתחיל אני חייבת לומר לך שהשיחה הזאת מוקלטת לצורך הדרכת העובדים.",
            "אתה יכול לספר לי מתי נכנסו המים למטבח והאם מישהו היה בבית באותה שעה?",
            "אם כך אשלח אליך שמאי ביום חמישי בין תשע לאחת עשרה, והוא יסתכל על הנזק לפני שזורקים משהו.",
        ),
        (
            "חזרנו הביתה ביום ראשון בערב והרצפה כבר הייתה רטובה, כי צינור התפוצץ מתחת לכיור.",
            "סגרתי בעצמי את הברז הראשי, אבל את הארונות ואת מדיח הכלים החדש כבר אי אפשר להציל.",
        ),
    ),
    "ar-EG": Talk(
        12.5,
        (
            "صباح الخير، أنت تتحدث مع قسم المطالبات، وقبل أن نبدأ يجب أن أقول لك إن هذه المكالمة مسجلة من أجل تدريب الموظفين.",
            "هل يمكنك أن تخبرني متى دخل الماء إلى المطبخ وهل كان أحد في البيت في ذلك الوقت؟",
            "إذن سأرسل إليك خبيرا يوم الخميس بين التاسعة والحادية عشرة، وسوف ينظر إلى الأضرار قبل أن يرمى أي شيء.",
        ),
        (
            "عدنا إلى البيت مساء الأحد وكانت الأرض مبللة لأن أنبوبا انفجر تحت حوض المطبخ.",
            "أغلقت الصمام الرئيسي بنفسي، لكن الخزائن وغسالة الصحون الجديدة لا يمكن إنقاذها.",
        ),
    ),
    "hi-IN": Talk(
        13,
        (
            "सुप्रभात, आप दावा विभाग से बात कर रहे हैं, और शुरू करने से पहले मुझे आपको बताना है कि यह बातचीत कर्मचारियों के प्रशिक्षण के लिए रिकॉर्ड की जा रही है।",
            "क्या आप मुझे बता सकते हैं कि पानी रसोई में कब आया और क्या उस समय घर में कोई था?",
            "तो मैं गुरुवार को नौ और ग्यारह बजे के बीच आपके पास एक सर्वेक्षक भेजूँगी, जो कुछ भी फेंकने से पहले नुकसान देखेगा।",
        ),
        (
            "हम रविवार की शाम को घर आए और फर्श पहले से गीला था क्योंकि सिंक के नीचे एक पाइप फट गया था।",
            "मैंने मुख्य वाल्व खुद बंद किया, लेकिन अलमारियाँ और नई बर्तन धोने की मशीन अब नहीं बच सकतीं।",
        ),
    ),
    "ko-KR": Talk(
        7,
        (
            "안녕하세요, 손해 보상 부서입니다, 시작하기 전에 이 통화가 직원 교육을 위해 녹음되고 있다는 것을 말씀드려야 합니다.",
            "물이 언제 부엌에 들어왔는지 그리고 그때 집에 누가 있었는지 말씀해 주시겠습니까?",
            "그러면 목요일 아홉 시와 열한 시 사이에 손해 사정인을 보내 드리겠습니다.",
        ),
        (
            "우리는 일요일 저녁에 집에 돌아왔는데 싱크대 아래의 관이 터져서 바닥이 이미 젖어 있었습니다.",
            "제가 직접 주 밸브를 잠갔지만 찬장과 새 식기 세척기는 이제 살릴 수 없습니다.",
        ),
    ),
    "ja-JP": Talk(
        6,
        (
            "おはようございます、損害保険の窓口でございます。この通話は研修のために録音されておりますことを、始める前にお伝えいたします。",
            "台所に水が入ったのはいつだったのか、そしてその時お宅にどなたかいらっしゃったのかを教えていただけますか。",
            "それでは木曜日の九時から十一時の間に鑑定人を伺わせますので、何も捨てずにお待ちください。",
        ),
        (
            "日曜日の夜に家に帰ってきたら、流し台の下の管が破裂していて、床がもう濡れていました。",
            "元栓は自分で閉めましたが、戸棚と新しい食器洗い機はもう使えないと思います。",
        ),
    ),
    "zh-CN": Talk(
        4.6,
        (
            "早上好，这里是理赔部门，在开始之前，我必须告诉您这次通话正在录音，用于员工培训。",
            "您能告诉我水是什么时候流进厨房的，当时家里有没有人吗？",
            "那么我会在星期四九点到十一点之间派一位评估员去您那里，在扔掉任何东西之前先查看损失。",
        ),
        (
            "我们星期天晚上回到家，地板已经湿了，因为水槽下面的一根水管破裂了。",
            "我自己关掉了总阀门，但是橱柜和新买的洗碗机恐怕已经救不回来了。",
        ),
    ),
    "zh-TW": Talk(
        4.6,
        (
            "早安，這裡是理賠部門，在開始之前，我必須告訴您這通電話正在錄音，用於員工訓練。",
            "您能告訴我水是什麼時候流進廚房的，當時家裡有沒有人嗎？",
            "那麼我會在星期四九點到十一點之間派一位評估員到您那裡，在丟掉任何東西之前先查看損失。",
        ),
        (
            "我們星期天晚上回到家，地板已經濕了，因為水槽下面的一根水管破裂了。",
            "我自己關掉了總開關，但是櫥櫃和新買的洗碗機恐怕已經救不回來了。",
        ),
    ),
    "th-TH": Talk(
        12,
        (
            "สวัสดีค่ะ คุณกำลังพูดกับแผนกสินไหม ก่อนเริ่มดิฉันต้องแจ้งให้คุณทราบว่าการสนทนานี้ถูกบันทึกไว้เพื่อฝึกอบรมพนักงาน",
            "คุณช่วยเล่าให้ฟังหน่อยได้ไหมคะว่าน้ำเข้ามาในครัวเมื่อไหร่ และตอนนั้นมีใครอยู่ที่บ้านหรือเปล่า",
            "ถ้าอย่างนั้นดิฉันจะส่งผู้ประเมินไปหาคุณในวันพฤหัสบดีระหว่างเก้าโมงถึงสิบเอ็ดโมง",
        ),
        (
            "เรากลับมาถึงบ้านเย็นวันอาทิตย์ และพื้นเปียกอยู่แล้วเพราะท่อใต้อ่างล้างจานแตก",
            "ผมปิดวาล์วใหญ่ด้วยตัวเอง แต่ตู้กับเครื่องล้างจานใหม่คงใช้ไม่ได้แล้ว",
        ),
    ),
}
