import { Args } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { recordingsTable, surveyText } from '../../lib/cli/recording-text.js';
import { pathsOf } from '../../lib/config/paths.js';
import { recordingsIn, type RecordingFile } from '../../lib/recording/folder.js';
import { surveyRecording, type RecordingSurvey } from '../../lib/recording/survey.js';

/** Lists and explains recordings. */
export default class BusRecordings extends KlorosCommand {
  static override summary = 'List what the flight recorder kept, or show what is in a recording';
  static override description = `The flight recorder keeps the minutes around every critical Q_HEALTH_ALERT (kloros config show flight).
With a FILE: when and why it was made, how many of which signals, what was lost, and whether it is whole.`;
  static override examples = [
    '<%= config.bin %> bus recordings',
    '<%= config.bin %> bus recordings incident.jsonl.gz --json',
  ];
  static override args = { file: Args.string({ description: 'a recording, of the flight recorder or your own' }) };

  async run(): Promise<RecordingFile[] | RecordingSurvey> {
    const { args } = await this.parse(BusRecordings);
    if (args.file !== undefined) {
      const survey = await surveyRecording(args.file);
      this.log(surveyText(survey));
      return survey;
    }
    const { config } = await this.settings();
    const files = (await recordingsIn(pathsOf(config).flights)).toReversed();
    if (files.length === 0) {
      this.note(`The flight recorder has kept nothing in ${pathsOf(config).flights}`);
      this.status = ExitCode.notFound;
    } else this.log(recordingsTable(files, systemClock.nowMs()));
    return files;
  }
}
