"""XMP inside JPEG, TIFF and DNG files: read by Framepick, written by ExifTool, proven by Framepick."""
