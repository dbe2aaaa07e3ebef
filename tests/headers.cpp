// Nothing of its own: what every test includes is compiled once, beside this.
