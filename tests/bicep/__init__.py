"""Reads Bicep and works out what it would deploy, so that tests can hold infra/ against the code.

Not a compiler: it knows the part of the language that infra/ uses, and refuses the rest.
"""
