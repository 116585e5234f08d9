"""What a hall's own log says of its people: rates, spread, service, walking, no-shows, punctuality, patience.

Every estimate says on how much it rests and how sure it is; days are the unit of what is uncertain.
"""
