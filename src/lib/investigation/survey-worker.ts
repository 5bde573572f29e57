import { surveyModule, type Survey, type SurveyRequest } from './survey.js';

/** Runs in a worker thread: the parsers are imported here and nowhere else. */
export default function survey(request: SurveyRequest): Survey {
  return surveyModule(request);
}
