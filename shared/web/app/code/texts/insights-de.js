// German, of what a language model says of a recording.
/** @type {typeof import("./insights-en.js").insights} */
export const insights = {
  title: "Einsichten",
  lead: (model) => `Von einem Sprachmodell geschrieben${model ? ` (${model})` : ""}. Es kann sich irren.`,
  coming: "Sie entstehen gerade. Das dauert einige Sekunden, und länger, wenn das Modell viel zu tun hat.",
  notTold: "nicht gesagt",
  nothing: "nichts",
  yes: "ja",
  no: "nein",
  playFrom: (time) => `Ab ${time} abspielen`,
  notMade: "Nicht entstanden",
  name: { summary: "Zusammenfassung", chapters: "Kapitel", issues: "Anliegen", outcome: "Ergebnis" },
  choice: { resolved: "erledigt", partly: "teilweise erledigt", open: "offen", not_told: "nicht gesagt" },
  why: {
    unknown: "die Profile kennen keine mit diesem Namen mehr",
    nothing_said: "es wurde nichts gesagt",
    too_long: "die Aufnahme ist zu lang für das Modell",
    refused: "das Modell hat die Antwort verweigert",
    unusable: "die Antwort ergab zweimal keinen Sinn",
    no_answer: "das Modell hat nicht geantwortet",
    wrong_form: "die Antwort hatte eine andere Form als verlangt",
    personal_data: "die Antwort enthielt etwas, das verborgen sein soll",
  },
};
