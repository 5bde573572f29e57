import { CommandHelp, Errors, Help } from '@oclif/core';
import { CHECK_MEANINGS, EXIT_MEANINGS } from './exit-codes.js';
import { unknownCommand } from './unknown-command.js';

const NOT_FOUND = /^Command (?<id>.+) not found\.$/;

class KlorosCommandHelp extends CommandHelp {
  protected override sections() {
    const meanings = this.command['check'] === true ? CHECK_MEANINGS : EXIT_MEANINGS;
    const body = meanings.map(([code, description]) => ({ name: String(code), description }));
    const exitCodes = { header: 'EXIT CODES', generate: (_: unknown, header: string) => ({ header, body }) };
    // Before the examples, which end a help text best.
    const sections = super.sections();
    const at = sections.findIndex(({ header }) => header === 'EXAMPLES');
    return at === -1 ? [...sections, exitCodes] : sections.toSpliced(at, 0, exitCodes);
  }
}

/** oclif's help, with the exit codes of each command, and a suggestion for a wrong name. */
export default class KlorosHelp extends Help {
  protected override CommandHelpClass = KlorosCommandHelp;

  override async showHelp(argv: string[]): Promise<void> {
    try {
      await super.showHelp(argv);
    } catch (error) {
      const id = error instanceof Errors.CLIError ? NOT_FOUND.exec(error.message)?.groups?.['id'] : undefined;
      throw id === undefined ? error : unknownCommand(id.split(':'), this.config, argv);
    }
  }
}
