"""A stand-in for a chat endpoint, with small real analysis behind it.

app         the one call, from the key to the answer
reading     what is asked, taken out of the messages
saying      answers by the frequency of words and a few cues
shaping     answers put into the form of a schema
faults      what can be ordered to go wrong
"""
