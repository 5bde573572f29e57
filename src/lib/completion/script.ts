/** Shells that are known. */
export const SHELLS = ['bash', 'zsh'] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** How the answering program is started. */
export interface Answering {
  bin: string;
  node: string;
  program: string;
}

/** What a shell reads to complete the program; it asks for every word, so it need not be renewed with the program. */
export function completionScript(shell: Shell, answering: Answering): string {
  const { bin, node, program } = answering;
  const script = shell === 'bash' ? BASH : ZSH;
  return script.replaceAll('<BIN>', bin).replaceAll('<ASK>', `${quoted(node)} ${quoted(program)}`);
}

/** How it is switched on for good. */
export function switchedOn(shell: Shell, bin: string): string {
  return `echo 'source <(${bin} autocomplete ${shell})' >> ~/.${shell}rc`;
}

const BASH = `# Completion of <BIN> for bash: source <(<BIN> autocomplete bash)
_<BIN>() {
  local answer code current="\${COMP_WORDS[COMP_CWORD]}"
  answer=$(<ASK> bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  code=$?
  COMPREPLY=()
  if [[ -n $answer ]]; then mapfile -t COMPREPLY <<<"$answer"; fi
  if ((code == 10)); then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "\${current#=}")
  fi
}
complete -F _<BIN> <BIN>
`;

const ZSH = `#compdef <BIN>
# Completion of <BIN> for zsh: source <(<BIN> autocomplete zsh)
_<BIN>() {
  local answer line
  local -a found
  local -i code
  answer=$(<ASK> zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)
  code=$?
  for line in "\${(@f)answer}"; do
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#found )) && _describe -V <BIN> found -U
  if (( code == 10 )); then
    compset -P '--*='
    _files
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _<BIN> <BIN>
`;

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
