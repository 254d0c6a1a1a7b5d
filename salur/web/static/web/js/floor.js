// The packing table: what a scan led to is heard as well as seen, and the next scan goes into the field at once.

const NOTES = { good: [[880, 0.08]], done: [[880, 0.09], [1320, 0.16]], bad: [[220, 0.28], [180, 0.32]] };
let speaker;

function play(tone) {
  speaker ??= new AudioContext();
  let at = speaker.currentTime;
  for (const [pitch, length] of NOTES[tone] ?? []) {
    const voice = speaker.createOscillator();
    const volume = speaker.createGain();
    voice.type = tone === "bad" ? "square" : "sine";
    voice.frequency.value = pitch;
    volume.gain.value = 0.15;
    voice.connect(volume).connect(speaker.destination);
    voice.start(at);
    voice.stop(at + length);
    at += length + 0.03;
  }
}

function hear() {
  for (const said of document.querySelectorAll("#pack [data-sound]")) play(said.dataset.sound);
}

function ready() {
  const field = document.getElementById("code");
  if (field) field.focus();
}

// A scanner types faster than a page answers: what comes meanwhile waits its turn instead of being lost.
const waiting = [];
let busy = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("form.scan")) return;
  if (!busy) {
    busy = true;
    return;
  }
  waiting.push(event.target.elements.code.value);
  event.preventDefault();
});

document.addEventListener("htmx:afterRequest", (event) => {
  busy = false; // whatever became of it; the form itself is gone by now
  if (!event.detail.successful) {
    waiting.length = 0;
    play("bad"); // not counted: it must be scanned again
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("form.scan[hx-post]")) queueMicrotask(() => (event.target.elements.code.value = ""));
});

document.addEventListener("htmx:afterSettle", () => {
  hear();
  ready();
  const next = waiting.shift();
  const form = document.querySelector("form.scan[hx-post]");
  if (next === undefined || !form) return;
  form.elements.code.value = next;
  form.requestSubmit();
});

hear();
ready();
