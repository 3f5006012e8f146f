"""How networks that started from ImageNet weights want their pixels: per channel (R, G, B), of 0..1."""

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
