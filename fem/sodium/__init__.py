"""The sodium: weak form, plastic flow, creep, and where its values sit."""
