"""The rules of an edition: whether they make sense, and how a form is judged by them."""
