"""Scenes with known faces, composed for training a detector: pictures, pasting, layout, and what spoils them.

A network that is shown pasted faces learns the seams. So faces are blended by masks of many shapes and
softnesses in the tone of their surround, things that are no faces are pasted by the very same steps, whole
face pictures stay as they are, and every scene is spoilt as a whole afterwards.
"""
