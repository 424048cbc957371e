"""Links, forms, files and addresses, as somebody hostile would use them."""
