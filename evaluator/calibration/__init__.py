"""How far people and the machine agree, and fitting the machine to people. Each of its packages has a door of its own."""
