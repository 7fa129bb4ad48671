"""At which pressure to press: the runs a window needs, and the judgement over them."""
