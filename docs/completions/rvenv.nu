module completions {

  # Create Python virtual environments, as `python -m venv` does
  export extern rvenv [
    --system-site-packages    # Let the environment see the packages that are installed for the base interpreter
    --symlinks                # Link the interpreter into the environment (the default, except on Windows)
    --copies                  # Copy the interpreter into the environment (the default on Windows)
    --clear                   # Delete everything in an existing ENV_DIR first
    --upgrade                 # Switch an existing environment to the current interpreter, keeping its packages, scripts, prompt and access to the base interpreter's packages
    --without-pip             # Do not install pip
    --prompt: string          # The name that the shell prompt shows while the environment is active; `.` means the name of the current directory [default: the name of ENV_DIR]
    --upgrade-deps            # Upgrade pip (and setuptools, where Python still brings it) from the package index afterwards
    --without-scm-ignore-files # Do not write a .gitignore into the environment
    --help(-h)                # Print help
    --version(-V)             # Print version
    ...env_dirs: directory    # The directory of the environment; several create several environments
  ]

}

export use completions *
