"""What somebody probably meant: names that look alike, and words from other tools."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from itertools import islice

LIKENESS = 0.7
# Names compared for one miss, and letters of a name: a file of nothing but typos stays quick.
_MOST_NAMES = 300
_MOST_LETTERS = 80

_MODEL_HAS_NONE = "the model has no such parameter; say it in the prompt"
_USE_SIZE = 'write `size: 1280*720`, or a ratio such as `size: "16:9"`'

# Keys of a step from other tools that are only called something else here.
STEP_RENAMED: Mapping[str, str] = {
    "num_images": "n",
    "num_outputs": "n",
    "count": "n",
    "batch_size": "n",
    "name": "id",
    "step": "id",
    "operation": "use",
    "function": "use",
    "uses": "use",
    "params": "with",
    "parameters": "with",
    "args": "with",
    "negative": "negative_prompt",
    "if": "when",
    "lang": "language",
    "text": "prompt",
    "instruction": "prompt",
}
# Keys of a step from other tools and other models, and what to write here.
STEP_WORDS: Mapping[str, str] = {
    "mask": "the model takes no mask; say in the prompt which part is meant",
    "mask_image": "the model takes no mask; say in the prompt which part is meant",
    "strength": _MODEL_HAS_NONE,
    "guidance_scale": _MODEL_HAS_NONE,
    "cfg_scale": _MODEL_HAS_NONE,
    "denoise": _MODEL_HAS_NONE,
    "num_inference_steps": _MODEL_HAS_NONE,
    "quality": _MODEL_HAS_NONE,
    "image": "write `images: [...]`",
    "input": "write `images: [...]`",
    "inputs": "write `images: [...]`",
    "base_image_url": "write `images: [...]`",
    "resolution": _USE_SIZE,
    "width": _USE_SIZE,
    "height": _USE_SIZE,
    "ratio": _USE_SIZE,
    "aspect_ratio": _USE_SIZE,
    "needs": "leave it out: a step waits for the pictures that its `images` name",
    "depends_on": "leave it out: a step waits for the pictures that its `images` name",
    "output": "name results under `outputs` at the end of the file",
    "outputs": "name results under `outputs` at the end of the file",
}
ROOT_RENAMED: Mapping[str, str] = {
    "title": "name",
    "id": "name",
    "variables": "vars",
    "input": "inputs",
    "output": "outputs",
    "step": "steps",
    "jobs": "steps",
    "tasks": "steps",
    "pipeline": "steps",
    "default": "defaults",
}
ROOT_WORDS: Mapping[str, str] = {
    "params": "write `vars` for constants, `inputs` for what is given for a run",
    "model": "write it under `defaults`",
    "n": "write it under `defaults`",
    "size": "write it under `defaults`",
    "seed": "write it under `defaults`",
    "negative_prompt": "write it under `defaults`",
}
CAMPAIGN_WORDS: Mapping[str, str] = {
    "name": "write `campaign`",
    "steps": "steps stand in the recipe; name its file under `recipe`",
    "defaults": "write a parameter under `matrix`, or in the recipe",
    "vars": "write `inputs`",
    "variables": "write `inputs`",
    "data": "write `rows`",
    "csv": "write `rows`",
    "size": "write it under `matrix`, or in the recipe",
    "seed": "write it under `matrix`, or in the recipe",
    "model": "write it under `matrix`, or in the recipe",
    "n": "write it under `matrix`, or in the recipe",
    "max_cost": "write `budget: {cost: 100 CNY}`",
    "max_images": "write `budget: {images: 500}`",
    "limit": "write `sample`",
    "separator": "write `delimiter`",
    "charset": "write `encoding`",
}
# What later versions may have, and what to do without it.
NOT_YET_IN_STEP: Mapping[str, str] = {
    "retry": "run the same command again: what is done is not made or paid for twice",
    "at_least": "a step counts as done with the pictures that the service made",
}
# What a campaign has and a recipe has not.
OF_CAMPAIGNS = frozenset(
    {"recipe", "rows", "key", "matrix", "exclude", "include", "budget", "sample"}
)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Give the name that looks most like a word, if any is at least 70 % alike."""
    if len(word) > _MOST_LETTERS:
        return None
    candidates = [name for name in names if abs(len(name) - len(word)) <= len(word)]
    for name in candidates:
        if name.casefold() == word.casefold():
            return name
    found = get_close_matches(word, candidates[:_MOST_NAMES], n=1, cutoff=LIKENESS)
    return found[0] if found else None


def only_near(word: str, names: Iterable[str]) -> str | None:
    """Give the nearest name if it is the only one that is alike: then it is what was meant."""
    candidates = list(dict.fromkeys(names))
    found = nearest(word, candidates)
    if found is None:
        return None
    others = [name for name in candidates if name != found]
    return None if nearest(word, others) else found


def did_you_mean(word: str, names: Iterable[str]) -> str | None:
    """Ask after the nearest name, or say nothing."""
    found = nearest(word, names)
    return f"did you mean '{found}'?" if found is not None else None


def listed(names: Collection[str], *, most: int = 12) -> str:
    """List names for a message, the first dozen of them."""
    rest = len(names) - most
    text = ", ".join(f"'{name}'" for name in islice(names, most))
    return f"{text} and {rest} more" if rest > 0 else text
