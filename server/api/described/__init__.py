"""The description of the API beyond what FastAPI sees: bodies that routes read themselves, and answers.

FastAPI describes the fields that it checks. Settings and the studio read their bodies as the structs that they work with,
and every answer is made by hand, for speed. Both are told here in tables by operation, from types; tests hold the tables
against what a server really takes and gives. Loaded when somebody asks for the description, never by a start.
"""
