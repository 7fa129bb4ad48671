"""Tables that switch physics on: contact laws, creep, a film, fracture, resistance."""
