"""Which stack pressure keeps the contact at a current, and which current a pressure bears."""
