"""Case files, materials, run folders and the command ``napress``."""
