"""What is measured on one state: contact, void, stress, depth."""
