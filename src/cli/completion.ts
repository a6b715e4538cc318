import { Argument, type Command } from 'commander';

/** `modelpred completion bash`: a script that completes commands and options. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .description('print a script that completes commands and options in a shell')
    .addHelpText('after', '\nExamples:\n  eval "$(modelpred completion bash)"')
    .action((shell: string) => console.log(completionScript(program, shell)));
}

function completionScript(program: Command, shell: string): string {
  const cases = program.commands.map((command) => {
    const options = command.options.map(({ long }) => long).join(' ');
    return `    ${command.name()}) words="${options}" ;;`;
  });
  const script = `_modelpred() {
  local words="${program.commands.map((command) => command.name()).join(' ')} --help --version"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${program.commands.map((command) => command.name()).join(' ')} --help --version"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _modelpred modelpred`;
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${script}` : script;
}
