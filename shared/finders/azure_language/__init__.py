"""Text PII of Azure AI Language, asked synchronously: nothing is kept there.

    categories  our kinds by its names, and back
    languages   which it reads, and how it calls them
    wire        a call and its answer, without I/O
    answers     its errors as ours
    client      the call
    offer       settings and price

https://learn.microsoft.com/azure/ai-services/language-service/personally-identifiable-information/
"""
