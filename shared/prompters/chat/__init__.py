"""Chat completions as OpenAI has them, and Azure OpenAI, vLLM, llama.cpp and many others.

    wire        a call and its answer, without I/O
    answers     its errors as ours
    client      the call
    offer       settings

https://learn.microsoft.com/azure/ai-foundry/openai/reference-preview-latest
"""
