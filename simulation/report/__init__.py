"""What commands for planners answer, once as data: as text, as a page with pictures, as a workbook."""
