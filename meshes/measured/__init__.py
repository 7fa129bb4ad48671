"""What a scan becomes on one cell: cut, levelled, bridged, filtered, ended at the walls."""
