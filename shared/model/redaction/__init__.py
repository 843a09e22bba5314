"""Personal data that leaves a transcript before it is stored.

    kinds      what can be asked for, by name or by preset, and what the net finds in which language
    numbers    the words of a language in which numbers, addresses and their cues are spoken
    symbols    a text as digits, letters and words, with their places
    net        finds what has a form: card numbers, phones, IBANs, mail addresses, spoken or written
    redact     hides what was found, in every form of every utterance
    sound      where in the recording that is, by the times of words
    gate       looks once more, at what is about to be stored

Whatever a provider or a service finds, the net lies under it, and the gate behind it.
"""
