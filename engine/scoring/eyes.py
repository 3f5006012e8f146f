"""Open, closed, or can't tell: the rule, apart from the models that see.

The thresholds were chosen on 2,692 faces (Closed Eyes in the Wild, closed; UTK faces, open) and looked at on
303 faces of BIQ2021. On 491 others, labelled before the program saw them (430 of BIQ2021 in other scenes and
61 web portraits), 444 got an answer and 437 answers were right: 98.4% (95% interval 96.8 to 99.2); 380 of
382 open eyes, 57 of 62 closed ones. Of 57 lowered gazes 17 were called closed, 34 "can't tell".

Few of those faces are as small as in photos of large groups. There narrow eyes, glasses and hard light look
like closed eyes: on 28 other photos, most of groups, 51 of 187 answers were "closed", 49 of them on faces
below 80 px, and about half of these were plainly wrong by eye. LEAST_CLOSED was chosen on them. On 31
further photos, labelled first, 68 of 70 answers were right without it, 67 of 67 with it.
"""

from __future__ import annotations

import math

from engine.scoring.face_landmarks import Expression

OPEN_BLINK, CLOSED_BLINK = 0.30, 0.42  # between them nobody can tell
MOST_TURNED = 40.0  # degrees of yaw: beyond, an eye is hidden
BOWED_PITCH, BOWED_BLINK = 10.0, 0.55  # head bowed and lids only lowered: looking down
LEAST_CLOSED = 80.0  # pixels: on smaller faces open eyes, too, look closed now and then
COVERED = 0.5  # below this the skin under the eyes is darker than skin: dark lenses
STEEPNESS, MIDDLE = 23.3, 0.336  # logistic fit of "open" over blink


def eyes_open(seen: Expression, face_pixels: float) -> float | None:
    """Return how sure it is (0..1) that the eyes are open, or None for "can't tell".

    `face_pixels` is the longer side of the face in the picture that was looked at.
    """
    if abs(seen.yaw) > MOST_TURNED or seen.below_eyes < COVERED:
        return None
    if OPEN_BLINK < seen.blink < CLOSED_BLINK:
        return None
    if seen.blink >= CLOSED_BLINK and face_pixels < LEAST_CLOSED:
        return None
    if CLOSED_BLINK <= seen.blink < BOWED_BLINK and seen.pitch > BOWED_PITCH:
        return None
    return round(1.0 / (1.0 + math.exp(STEEPNESS * (seen.blink - MIDDLE))), 4)
