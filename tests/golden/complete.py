# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What a shell makes of a line when TAB is pressed: complete.py bash|zsh|fish SCRIPT LINE; the candidates, a line each.

bash is asked through its function, fish by complete -C; zsh has no such way, so it is run on a terminal of its own, where it
prints what compadd is given."""
import os
import pty
import subprocess
import sys

shell, script, line = sys.argv[1:]

BASH = '''
compopt() { :; }
. "$1"
read -r -a COMP_WORDS <<<"$2"
[[ $2 != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_xdpdump
printf '%s\\n' "${COMPREPLY[@]}"
'''

ZSH = r'''
autoload -U compinit
compinit -u -d %s
. %s
compdef _xdpdump xdpdump
compadd()
{
	local -a hits
	builtin compadd -O hits "$@"
	print -rl -- $hits >>%s
	builtin compadd "$@"
}
bindkey '\t' complete-word
zle-line-init() { zle complete-word; zle -I; exit }
zle -N zle-line-init
print -z -- %s
'''


def zsh():
    """The line is in the editor when it starts, and completed before a key is read."""
    quote = lambda s: "'" + s.replace("'", "'\\''") + "'"
    folder = os.environ['work']
    out = os.path.join(folder, 'hits')
    open(out, 'w').close()
    with open(os.path.join(folder, '.zshrc'), 'w') as f:
        f.write(ZSH % (quote(os.path.join(folder, 'zcompdump')), quote(script), quote(out), quote(line)))
    pid, fd = pty.fork()
    if not pid:
        os.environ['ZDOTDIR'] = folder
        os.execvp('zsh', ['zsh', '-d', '-i'])
    try:
        while os.read(fd, 65536):
            pass
    except OSError:     # it has ended
        pass
    os.waitpid(pid, 0)
    with open(out) as f:
        return f.read()


if shell == 'bash':
    said = subprocess.run(['bash', '-c', BASH, 'bash', script, line], capture_output=True, text=True)
    found = said.stdout + said.stderr
elif shell == 'fish':
    said = subprocess.run(['fish', '--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, line],
                          capture_output=True, text=True)
    found = said.stdout + said.stderr
else:
    found = zsh()
for word in sorted({row.split('\t')[0].strip() for row in found.splitlines()} - {''}):
    print(word)
