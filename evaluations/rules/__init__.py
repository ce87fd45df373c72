"""Score four-good sheets: pure Python, no Django, plain values in, reasons out."""
