"""Files and addresses from strangers, handled safely."""
