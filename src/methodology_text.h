/*
 * methodology_text.h
 *		Definitions as plain texts: what stands between a methodology's value
 *		(methodology.c) and its text form (methodology_text.c).
 */
#ifndef SHNOR_METHODOLOGY_TEXT_H
#define SHNOR_METHODOLOGY_TEXT_H

#include "methodology.h"

#define DEFINITION_TEXTS 3		/* numerator, denominator, cohort */

typedef struct DefinitionTexts
{
	int32		id;
	MissingPolicy missing;
	const char *texts[DEFINITION_TEXTS];	/* NULL: not given */
} DefinitionTexts;

extern Methodology *methodology_from_texts(const DefinitionTexts *definitions,
										   int ndefinitions);
extern DefinitionTexts *methodology_to_texts(const Methodology *methodology);
extern void methodology_check_size(Size size);
extern MissingPolicy methodology_missing_policy(int32 id, const char *name);

#endif							/* SHNOR_METHODOLOGY_TEXT_H */
