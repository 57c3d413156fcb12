@echo off
rem Activates this environment in the cmd.exe that runs this file, or for the script that calls it.
rem
rem Names are escaped, not quoted: each character that cmd.exe would act on has an escape. With
rem delayed expansion on, that includes "!", and variables are read as !NAME!, because cmd.exe reads
rem the value of a %NAME% once more.

rem This file is UTF-8.
set _OLD_VIRTUAL_CODEPAGE=
for /f "tokens=2 delims=:." %%a in ('"%SystemRoot%\System32\chcp.com"') do set "_OLD_VIRTUAL_CODEPAGE=%%a"
if defined _OLD_VIRTUAL_CODEPAGE "%SystemRoot%\System32\chcp.com" 65001 >nul

if not defined PROMPT set PROMPT=$P$G
if "!!"=="" goto delayed

rem Undo an earlier activation first, so that activations do not stack.
if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
set _OLD_VIRTUAL_PROMPT=
set _OLD_VIRTUAL_PYTHONHOME=

set VIRTUAL_ENV=@ENV_DIR@
set VIRTUAL_ENV_PROMPT=@PROMPT@
if not defined VIRTUAL_ENV_DISABLE_PROMPT set "_OLD_VIRTUAL_PROMPT=%PROMPT%"
if not defined VIRTUAL_ENV_DISABLE_PROMPT set "PROMPT=(@PROMPT_SHOWN@) %PROMPT%"
if defined PYTHONHOME set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
set "_OLD_VIRTUAL_PATH=%PATH%"
set "PATH=%VIRTUAL_ENV%\@BIN@;%PATH%"
if not exist "%VIRTUAL_ENV%\@BIN@\@PYTHON@" goto lost
goto done

:delayed
if defined _OLD_VIRTUAL_PROMPT set "PROMPT=!_OLD_VIRTUAL_PROMPT!"
if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=!_OLD_VIRTUAL_PYTHONHOME!"
if defined _OLD_VIRTUAL_PATH set "PATH=!_OLD_VIRTUAL_PATH!"
set _OLD_VIRTUAL_PROMPT=
set _OLD_VIRTUAL_PYTHONHOME=

set VIRTUAL_ENV=@ENV_DIR_DELAYED@
set VIRTUAL_ENV_PROMPT=@PROMPT_DELAYED@
if not defined VIRTUAL_ENV_DISABLE_PROMPT set "_OLD_VIRTUAL_PROMPT=!PROMPT!"
if not defined VIRTUAL_ENV_DISABLE_PROMPT set "PROMPT=(@PROMPT_SHOWN_DELAYED@) !PROMPT!"
if defined PYTHONHOME set "_OLD_VIRTUAL_PYTHONHOME=!PYTHONHOME!"
set "_OLD_VIRTUAL_PATH=!PATH!"
set "PATH=!VIRTUAL_ENV!\@BIN@;!PATH!"
if exist "!VIRTUAL_ENV!\@BIN@\@PYTHON@" goto done

:lost
echo activate: no Python is found in this environment: it was moved, or its interpreter is gone >&2

:done
set PYTHONHOME=
if defined _OLD_VIRTUAL_CODEPAGE "%SystemRoot%\System32\chcp.com" %_OLD_VIRTUAL_CODEPAGE% >nul
set _OLD_VIRTUAL_CODEPAGE=
