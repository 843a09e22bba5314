"""Recordings made harder to understand, so that a recogniser gets enough wrong to count by: white
noise of the same seed at given distances below the speech (SNR, dB over the whole recording)."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterable, Mapping
from pathlib import Path

RATE = 16_000


def write_noisy(
    folder: Path, texts: Mapping[str, Mapping[int, str]], levels: Iterable[int], into: Path
) -> None:
    """Each recording of `folder` that has a text, at each level in dB, with a `manifest.json`. What
    is there in several formats is taken once: the folder `formats` is left out."""
    told = []
    for name, channels in texts.items():
        if name.startswith("formats/"):
            continue
        for level in levels:
            path = into / f"{Path(name).stem}-{level}dB.wav"
            _write(folder / name, level, path)
            told.append({"file": path.name, "transcript": {str(n): t for n, t in channels.items()}})
    (into / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


def _write(source: Path, level: int, target: Path) -> None:
    import av  # these come with the recogniser, which most benchmarks do without
    import numpy as np

    with av.open(str(source)) as container:
        stream = container.streams.audio[0]
        layout = "stereo" if stream.codec_context.channels > 1 else "mono"
        resampler = av.AudioResampler(format="s16p", layout=layout, rate=RATE)
        frames = [f for frame in container.decode(stream) for f in resampler.resample(frame)]
        frames += resampler.resample(None)
    sound = np.concatenate([frame.to_ndarray() for frame in frames], axis=1).astype(np.float64)
    power = np.sqrt(np.mean(sound**2)) or 1.0
    noise = np.random.default_rng(7).standard_normal(sound.shape) * power / 10 ** (level / 20)
    mixed = np.clip(sound + noise, -32_768, 32_767).astype("<i2")
    with wave.open(str(target), "wb") as out:
        out.setparams((len(mixed), 2, RATE, 0, "NONE", ""))
        out.writeframes(mixed.T.tobytes())
