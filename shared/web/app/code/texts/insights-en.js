// English, of what a language model says of a recording.
export const insights = {
  title: "Insights",
  lead: (/** @type {string} */ model) => `Written by a language model${model ? ` (${model})` : ""}. It may be wrong.`,
  coming: "They are being made. That takes some seconds, and longer where the model is busy.",
  notTold: "not told",
  nothing: "nothing",
  yes: "yes",
  no: "no",
  playFrom: (/** @type {string} */ time) => `Play from ${time}`,
  notMade: "Not made",
  name: { summary: "Summary", chapters: "Chapters", issues: "Issues", outcome: "Outcome" },
  choice: { resolved: "resolved", partly: "partly resolved", open: "open", not_told: "not told" },
  why: {
    unknown: "the profiles have none of that name any more",
    nothing_said: "nothing was said",
    too_long: "the recording is too long for the model",
    refused: "the model refused to answer",
    unusable: "the answer made no sense, twice",
    no_answer: "the model did not answer",
    wrong_form: "the answer had another form than was asked for",
    personal_data: "the answer held something that is to be hidden",
  },
};
