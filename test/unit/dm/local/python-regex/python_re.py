"""Python's own re: searches pairs of pattern and text from stdin, a JSON list, and prints a JSON list of what it says."""

import json
import re
import sys
import warnings

warnings.simplefilter("ignore")


def search(pattern, text):
    try:
        found = re.search(pattern, text)
    except (re.error, OverflowError) as error:
        return {"error": str(error)}
    return {
        "groups": found
        and {
            name: value
            for name, value in found.groupdict().items()
            if value is not None
        }
    }


json.dump([search(pattern, text) for pattern, text in json.load(sys.stdin)], sys.stdout)
