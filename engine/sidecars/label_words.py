"""What a label is called: in English, in Bridge's own words, and in the languages that editors speak.

xmp:Label holds text as the program that wrote it shows it: a German Lightroom writes "Rot".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from engine.types import Label

# The words of Bridge's own label set, in the order of Lightroom's colours.
BRIDGE_WORDS = {
    Label.RED: "Select",
    Label.YELLOW: "Second",
    Label.GREEN: "Approved",
    Label.BLUE: "Review",
    Label.PURPLE: "To Do",
}

# How editors call these labels in German, French, Spanish, Italian, Portuguese, Dutch, the Scandinavian
# languages, Finnish, Polish, Czech, Hungarian, Turkish, Russian, Ukrainian, Japanese, Chinese and Korean.
# None of the words means two colours.
_OF_LANGUAGES: Mapping[Label, str] = {
    Label.RED: "rot rouge rojo rosso vermelho encarnado rood röd rød punainen czerwony czerwona červená "
    "červený piros kırmızı красный красная червоний 赤 レッド 红色 紅色 红 紅 빨강 빨간색",
    Label.YELLOW: "gelb jaune amarillo giallo amarelo geel gul keltainen żółty żółta žlutá žlutý sárga sarı "
    "желтый жёлтый желтая жёлтая жовтий 黄 黄色 イエロー 黃色 黃 노랑 노란색",
    Label.GREEN: "grün vert verde groen grön grønn grøn vihreä zielony zielona zelená zelený zöld yeşil "
    "зеленый зелёный зеленая зелёная зелений 緑 グリーン 绿色 綠色 绿 綠 초록 초록색 녹색",
    Label.BLUE: "blau bleu azul blu blauw blå sininen niebieski niebieska modrá modrý kék mavi "
    "синий синяя синій 青 ブルー 蓝色 藍色 蓝 藍 파랑 파란색",
    Label.PURPLE: "lila violett purpur violet pourpre púrpura morado violeta viola porpora roxo paars lilla "
    "violetti purppura fioletowy fioletowa purpurowy purpurowa fialová fialový purpurová bíbor mor "
    "фиолетовый фиолетовая пурпурный фіолетовий 紫 パープル 紫色 보라 보라색 자주색",
}


def _key(word: str) -> str:
    return unicodedata.normalize("NFC", word).strip().casefold()


_KNOWN: dict[str, Label] = (
    {_key(word): label for label, words in _OF_LANGUAGES.items() for word in words.split()}
    | {_key(word): label for label, word in BRIDGE_WORDS.items()}
    | {label.value: label for label in Label if label is not Label.NONE}
)


class LabelWords:
    """The words of all languages, and those of the photographer, which come first."""

    def __init__(self, own: Mapping[str, Label] | None = None) -> None:
        self._words = _KNOWN | {_key(word): label for word, label in (own or {}).items()}

    def label(self, word: str) -> Label | None:
        """Return the colour that a word names: NONE for no word, None for one that is not known."""
        return self._words.get(_key(word)) if word.strip() else Label.NONE


KNOWN_WORDS = LabelWords()
