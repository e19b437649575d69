"""The query language: parsed, printed, completed and compiled to SQL; one for every filter."""
