"""The locales that Azure Speech takes: its language support page, as data.

Language identification has a table
of its own, and one candidate that is not in it fails the whole job; that the two agree today is no
reason to make one list of them. What has come since can be added by `SPEECH_MORE_LOCALES`.
"""

from __future__ import annotations

from shared.providers.known import Known

_PAGE = 'table "{}" of the page "Language and voice support for the Speech service"'

TRANSCRIBED = frozenset(
    """
    af-ZA am-ET ar-AE ar-BH ar-DZ ar-EG ar-IL ar-IQ ar-JO ar-KW ar-LB ar-LY ar-MA ar-OM ar-PS ar-QA
    ar-SA ar-SY ar-TN ar-YE as-IN az-AZ bg-BG bn-IN bs-BA ca-ES cs-CZ cy-GB da-DK de-AT de-CH de-DE
    el-GR en-AU en-CA en-GB en-GH en-HK en-IE en-IN en-KE en-NG en-NZ en-PH en-SG en-TZ en-US en-ZA
    es-AR es-BO es-CL es-CO es-CR es-CU es-DO es-EC es-ES es-GQ es-GT es-HN es-MX es-NI es-PA es-PE
    es-PR es-PY es-SV es-US es-UY es-VE et-EE eu-ES fa-IR fi-FI fil-PH fr-BE fr-CA fr-CH fr-FR ga-IE
    gl-ES gu-IN he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-CH it-IT ja-JP jv-ID ka-GE kk-KZ km-KH
    kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM nb-NO ne-NP nl-BE nl-NL
    or-IN pa-IN pl-PL ps-AF pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO sq-AL sr-ME sr-RS sr-XK
    sv-SE sw-KE sw-TZ ta-IN te-IN th-TH tr-TR uk-UA ur-IN uz-UZ vi-VN wuu-CN yue-CN zh-CN
    zh-CN-shandong zh-CN-sichuan zh-HK zh-TW zu-ZA
    """.split()
)
IDENTIFIED = frozenset(
    """
    af-ZA am-ET ar-AE ar-BH ar-DZ ar-EG ar-IL ar-IQ ar-JO ar-KW ar-LB ar-LY ar-MA ar-OM ar-PS ar-QA
    ar-SA ar-SY ar-TN ar-YE as-IN az-AZ bg-BG bn-IN bs-BA ca-ES cs-CZ cy-GB da-DK de-AT de-CH de-DE
    el-GR en-AU en-CA en-GB en-GH en-HK en-IE en-IN en-KE en-NG en-NZ en-PH en-SG en-TZ en-US en-ZA
    es-AR es-BO es-CL es-CO es-CR es-CU es-DO es-EC es-ES es-GQ es-GT es-HN es-MX es-NI es-PA es-PE
    es-PR es-PY es-SV es-US es-UY es-VE et-EE eu-ES fa-IR fi-FI fil-PH fr-BE fr-CA fr-CH fr-FR ga-IE
    gl-ES gu-IN he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-CH it-IT ja-JP jv-ID ka-GE kk-KZ km-KH
    kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM nb-NO ne-NP nl-BE nl-NL
    or-IN pa-IN pl-PL ps-AF pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO sq-AL sr-ME sr-RS sr-XK
    sv-SE sw-KE sw-TZ ta-IN te-IN th-TH tr-TR uk-UA ur-IN uz-UZ vi-VN wuu-CN yue-CN zh-CN
    zh-CN-shandong zh-CN-sichuan zh-HK zh-TW zu-ZA
    """.split()
)
LOCALES, CANDIDATES = "locales", "candidate locales"
LOCALES_OF_EXPRESS, BASE_MODELS = "locales of express", "locales with a base model"
KNOWN = (
    Known(LOCALES, TRANSCRIBED, _PAGE.format("Speech to text"), "2026-04-02"),
    # No page has a list of its own for fast transcription: the service has.
    Known(LOCALES_OF_EXPRESS, TRANSCRIBED, _PAGE.format("Speech to text"), "2026-04-02"),
    # Each is heard by a base model that has not ended, where a profile names none.
    Known(BASE_MODELS, TRANSCRIBED, _PAGE.format("Speech to text"), "2026-04-02"),
    Known(CANDIDATES, IDENTIFIED, _PAGE.format("Language identification"), "2025-08-01"),
)
