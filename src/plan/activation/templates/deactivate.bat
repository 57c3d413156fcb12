@echo off
rem Leaves the virtual environment that activate.bat has activated.
rem
rem With delayed expansion on, cmd.exe reads the value of a %NAME% once more, but never the value of
rem a !NAME!.

if "!!"=="" goto delayed
if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
goto restored
:delayed
if defined _OLD_VIRTUAL_PROMPT set "PROMPT=!_OLD_VIRTUAL_PROMPT!"
if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=!_OLD_VIRTUAL_PYTHONHOME!"
if defined _OLD_VIRTUAL_PATH set "PATH=!_OLD_VIRTUAL_PATH!"

:restored
set _OLD_VIRTUAL_PROMPT=
set _OLD_VIRTUAL_PYTHONHOME=
set _OLD_VIRTUAL_PATH=
set VIRTUAL_ENV=
set VIRTUAL_ENV_PROMPT=
