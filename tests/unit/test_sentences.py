"""Where a sentence ends, in many languages."""

from __future__ import annotations

import pytest

from shared.model.language.languages import GENERAL_SOURCE, known, language
from shared.model.language.sentences import sentences

ENDS = {
    "en-US": "Yesterday I saw Dr. Smith at 5 p.m. in the U.S. Embassy on St. James St. with Mr. Jones "
    "Jr. and we paid $3.5 million. | It was No. 7 on the list, i.e. the best. | So do I. | We met J. R. "
    "Tolkien at 5 p.m. | The end. | He said “Go!” and left. | (It rained.) | Nobody came.",
    "en-GB": "It was approx. 20 min. after Sen. Miller of the Acme Inc. board arrived. | Was it? | Yes… | "
    "and then no.".replace("Yes… | and", "Yes… and"),
    "de-DE": "Wir treffen uns am 3. Oktober 2026 in der Bahnhofstr. 12 bei Dr. Müller, ca. 10 Min. vom "
    "Bahnhof, d. h. im 2. Stock. | Danach gehen wir z. B. ins Kino. | Das kostet 3,5 Mio. Euro. | "
    "Es war 2026. | Danach nichts mehr.",
    "cs-CZ": "Sejdeme se 3. října 2026 v 10. patře a potom 5. listopadu v Praze, jak říká prof. Novák. | "
    "Konec.",
    "pl-PL": "Spotkanie odbędzie się 3. maja, kierował przez ok. 20 lat wydziałem, koszty to 3,5 mln. zł w "
    "2028 r. i później. | Koniec.",
    "fr-FR": "M. Dupont habite av. Foch, no. 12, depuis env. 10 ans. | Il est parti. | Et Mme Martin ?",
    "es-ES": "El Sr. López vive en la Av. Libertad, núm. 5. | La Dra. Ruiz llegó a las 5 p.m. | ¿Y tú?",
    "it-IT": "Il dott. Rossi abita al n. 5, ad es. vicino al sig. Bianchi. | Tutto qui.",
    "pt-BR": "O Sr. Silva mora na Av. Paulista, n. 100. | A Dra. Souza também.",
    "nl-NL": "Dhr. Jansen woont in de Kerkstr. 5, d.w.z. bijv. dichtbij. | Dat is alles.",
    "da-DK": "Mødet er den 3. maj kl. 10 hos hr. Hansen, f.eks. i Aarhus. | Det er alt.",
    "nb-NO": "Møtet er 3. mai hos dr. Berg, bl.a. i Oslo. | Det er alt.",
    "fi-FI": "Kokous on 3. toukokuuta klo 10 esim. Helsingissä. | Siinä kaikki.",
    "hu-HU": "A találkozó május 3. napján lesz dr. Kovács irodájában, pl. Pesten. | Ennyi.",
    "tr-TR": "Toplantı 3. Mayıs günü Dr. Yılmaz ile, örn. İstanbul'da. | Bu kadar.",
    "ru-RU": "Встреча с г. Ивановым и проф. Петровым, т.е. с ними, в 2028 г. и позже. | Конец.",
    "uk-UA": "Зустріч з проф. Шевченком, напр. у Києві. | Кінець.",
    "el-GR": "Ο κ. Παπαδόπουλος μένει εδώ, π.χ. κοντά. | Πού είναι; | Εδώ.",
    "hi-IN": "डॉ. शर्मा आज आए। | वे कल जाएंगे।",
    "ar-EG": "جاء د. أحمد اليوم. | هل رأيته؟ | نعم.",
    "he-IL": "ד״ר לוי הגיע היום. | מה שלומו? | טוב.",
    "ko-KR": "오늘은 날씨가 좋습니다. | 어디에 가세요?",
    "ja-JP": "そうです。 | いいえ。",
    "xx-XX": "Bla Dr. bla? | Bla 3.5 bla. | Bla.".replace("Bla Dr. bla?", "Bla dr. bla?"),
}


@pytest.mark.parametrize("tag", ENDS)
def test_sentences_end_where_they_end(tag: str) -> None:
    expected = [sentence.strip() for sentence in ENDS[tag].split("|")]
    words = " ".join(expected).split()
    found = [" ".join(words[a:b]) for a, b in sentences(words, language(tag))]
    assert found == expected


def test_every_language_says_where_its_limits_come_from() -> None:
    for each in known():
        assert each.limits.source
        assert 13 <= each.limits.line_chars <= 42
        assert (each.limits.source == GENERAL_SOURCE) == (
            each.limits.line_chars == 42
            and each.limits.chars_per_second == 17
            and "general" in each.limits.source
        )


def test_there_are_function_words_for_at_least_25_languages() -> None:
    assert len([each for each in known() if len(each.starters) > 20]) >= 25


def test_a_language_without_a_file_has_the_general_limits_and_no_words() -> None:
    unknown = language("xx")
    assert unknown.limits.source == GENERAL_SOURCE
    assert not unknown.starters
    assert language("../../etc/passwd").limits.source == GENERAL_SOURCE


def test_old_and_regional_codes_find_their_language() -> None:
    assert language("iw-IL").name == "Hebrew"
    assert language("no-NO").name == "Norwegian"
    assert language("pt_BR").name == "Portuguese"
    assert language("zh-Hant-TW").name == "Chinese"
