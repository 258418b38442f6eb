"""How health travels up the map, as pure functions on integers."""
