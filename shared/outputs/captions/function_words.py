"""The small words after or before which a line may not, or may well, end. Data only.

Per language: `clings` belong to what follows (articles, prepositions, auxiliaries,
conjunctions, pronouns that are subjects, possessives, titles); `either` are pronouns that are
subject or object by what follows; `leans` (degree words, quantifiers, frequent adjectives) had
better stay with the next word; before `joins` (conjunctions, relative words) and `relates`
(prepositions) a break reads well.
"""

from __future__ import annotations

from dataclasses import dataclass, field


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class FunctionWords:
    joins: frozenset[str] = field(default=frozenset())
    relates: frozenset[str] = field(default=frozenset())
    others: frozenset[str] = field(default=frozenset())
    either: frozenset[str] = field(default=frozenset())
    leans: frozenset[str] = field(default=frozenset())
    names_are_capitalised: bool = True


TITLES = _words(
    "mr mrs ms miss mx dr prof sir madam st mt lt col gen capt sgt rev hon sr sra herr frau "
    "monsieur madame mme mlle m señor señora don doña signor signora dott sig senhor senhora"
)

ENGLISH = FunctionWords(
    joins=_words(
        "and but or nor so yet because although though while whilst if unless whereas whether "
        "when whenever where wherever that which what who whom whose how why once until till "
        "since before after as than"
    ),
    relates=_words(
        "of in on at by for with from to into onto upon about over under between among through "
        "throughout during without within against toward towards across behind "
        "beside besides near along beyond beneath above below inside outside around past per "
        "via despite except like"
    ),
    others=_words(
        "a an the my your his her its our their this these those i we he she they am is are was "
        "were be been being do does did have has had having will would shall should can could "
        "may might must cannot gonna wanna gotta there's that's what's who's here's let's"
    ),
    either=_words("you it"),
    leans=_words(
        "very really quite too just not never always also even only more most less least such "
        "all both some any each every no another other many much few several own same new good "
        "great big small little last next first second third whole right left old long high low "
        "young early late main full real zero one two three four five six seven eight nine ten "
        "eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
        "million billion"
    ),
)

GERMAN = FunctionWords(
    joins=_words(
        "und oder aber denn sondern weil dass ob wenn als wie während obwohl damit bevor nachdem "
        "sobald solange falls wo wer was welche welcher welches"
    ),
    relates=_words(
        "in im an am auf aus bei beim mit nach von vom zu zum zur für durch über unter vor hinter "
        "neben zwischen gegen ohne um bis seit trotz wegen ans aufs ins"
    ),
    others=_words(
        "der die das den dem des ein eine einen einem einer eines kein keine keinen mein meine "
        "meinen dein deine sein seine ihr ihre ihren unser unsere euer ich du er wir man dieser "
        "diese dieses bin bist ist sind seid war waren habe hast hat haben hatte hatten werde "
        "wird werden wurde wurden kann können konnte muss müssen soll sollte will wollen darf"
    ),
    either=_words("es sie"),
    leans=_words("sehr nicht nur auch noch ganz mehr viel alle jede jeder jedes zwei drei vier"),
    names_are_capitalised=False,
)

FRENCH = FunctionWords(
    joins=_words("et ou mais donc or ni car que qui quand lorsque si comme parce puisque où dont"),
    relates=_words(
        "de du des à au aux en dans sur sous par pour avec sans chez entre vers contre depuis "
        "pendant avant après devant derrière jusqu'à"
    ),
    others=_words(
        "le la les un une l' d' mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs "
        "ce cet cette ces je tu il elle on ils elles ne n'est suis es est sommes êtes sont était "
        "ai as a avons avez ont avait peut peux doit vais va j'ai c'est qu'il qu'elle"
    ),
    either=_words("nous vous"),
    leans=_words("très plus moins pas bien tout toute tous toutes deux trois quatre petit grand"),
)

SPANISH = FunctionWords(
    joins=_words("y e o u pero sino porque que quien cuando si como donde aunque mientras cual"),
    relates=_words(
        "de del a al en con sin por para sobre bajo entre hacia hasta desde contra según durante"
    ),
    others=_words(
        "el la los las un una unos unas lo mi mis tu tus su sus nuestro nuestra este esta estos "
        "estas ese esa esos esas yo tú nosotros me te se le les no es son era fue ser está están "
        "estoy estaba he has ha hemos han había puede puedo debe voy va vamos"
    ),
    either=_words("él ella ellos ellas usted ustedes"),
    leans=_words("muy más menos tan todo toda todos todas cada otro otra dos tres cuatro gran"),
)

ITALIAN = FunctionWords(
    joins=_words("e ed o ma perché che chi quando se come dove mentre anche però oppure cui"),
    relates=_words(
        "di del dello della dei degli delle a al allo alla ai agli alle da dal dalla in nel nella "
        "nei nelle con su sul sulla per tra fra senza verso fino dopo prima sotto sopra"
    ),
    others=_words(
        "il lo la i gli le un uno una mio mia tuo tua suo sua nostro nostra questo questa questi "
        "queste quel quella io tu noi mi ti si ci vi ne non è sono era erano ho hai ha abbiamo "
        "hanno aveva può posso deve devo sta sto vado va"
    ),
    either=_words("lui lei loro voi"),
    leans=_words("molto più meno tanto tutto tutta tutti tutte ogni altro altra due tre quattro"),
)

PORTUGUESE = FunctionWords(
    joins=_words("e ou mas porque que quem quando se como onde embora enquanto pois nem qual"),
    relates=_words(
        "de do da dos das a ao à aos às em no na nos nas com sem por pelo pela para sobre sob "
        "entre até desde contra num numa durante"
    ),
    others=_words(
        "o os as um uma uns umas meu minha teu tua seu sua nosso nossa este esta esse essa eu tu "
        "nós me te lhe não é são era foi ser está estão estou estava tem tenho temos têm tinha "
        "pode posso deve vou vai vamos"
    ),
    either=_words("ele ela eles elas você vocês"),
    leans=_words("muito mais menos tão todo toda todos todas cada outro outra dois duas três"),
)

DUTCH = FunctionWords(
    joins=_words("en of maar want omdat dat die als wanneer toen terwijl hoewel waar wie wat hoe"),
    relates=_words(
        "van in op aan bij met naar uit voor door over onder tussen tegen zonder om tot sinds na"
    ),
    others=_words(
        "de het een mijn jouw zijn haar ons onze hun deze dit ik jij hij wij ze ben bent is was "
        "waren heb hebt heeft hebben had wordt worden kan kunnen moet moeten zal zullen wil mag"
    ),
    either=_words("je u we zij"),
    leans=_words("heel erg niet ook nog meer veel alle elke twee drie vier"),
)

HEBREW = FunctionWords(
    joins=_words("או אבל כי אם כאשר אשר אלא לכן וגם גם"),
    relates=_words("של על אל עם את בין לפני אחרי תחת מעל בלי ליד עד מן אצל בגלל למען"),
    others=_words("אני אתה את הוא היא אנחנו אתם הם הן לא יש אין היה הייתה היו זה זאת"),
    leans=_words("מאוד יותר כל שני שתי שלושה"),
)

ARABIC = FunctionWords(
    joins=_words("أو لكن لأن إذا عندما الذي التي الذين بل ثم حيث"),
    relates=_words("في من إلى على عن مع بين قبل بعد تحت فوق عند خلال حول ضد حتى منذ"),
    others=_words("أنا أنت هو هي نحن هم هذا هذه ذلك تلك لا لم لن ما قد كان كانت إن أن"),
    leans=_words("كل بعض أكثر غير"),
)

BY_LANGUAGE = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
    "he": HEBREW,
    "ar": ARABIC,
}


def function_words(language: str | None) -> FunctionWords:
    """The lists for a BCP-47 tag. English when no language is known; none for the others."""
    primary = (language or "en").partition("-")[0].lower()
    return BY_LANGUAGE.get(primary, FunctionWords())
