-- Russian comments of rounds, their journal and their locks.

CREATE FUNCTION region_round_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('round_event', NULL, 'Журнал мониторингов: когда, кем и почему мониторинг открыт, закрыт, открыт заново. Ведётся сам.'),
('round_event', 'round_event_id', 'Номер записи.'),
('round_event', 'event', 'Что произошло: drafted — черновик, opened — открыт, closed — закрыт, reopened — открыт заново.'),
('round_event', 'reason', 'Причина открытия заново.'),
('round_event', 'happened_at', 'Когда.'),
('round_event', 'happened_by', 'Кем: имя пользователя базы.'),
('round_school', NULL, 'Состав закрытых мониторингов: организации, их муниципалитеты и статусы, какими они были при закрытии. Заполняется сама.'),
('round_school', 'municipality_id', 'Муниципалитет организации в этом мониторинге.'),
('round_school', 'kind', 'Вид учреждения в этом мониторинге: school — школа, preschool — ДОУ, supplementary — УДО.'),
('round_school', 'low_results', 'ШНОР на дату состава.'),
('round_school', 'adverse_conditions', 'ШНСУ на дату состава.'),
('round_school', 'risk_zone', 'Школа зоны риска на дату состава.'),
('round_municipality', NULL, 'Муниципалитеты закрытых мониторингов, какими они были при закрытии. Заполняется сама.'),
('legal_act_chain', NULL, 'Приказы и изменения к ним (п. 1.2.2): к какому акту восходит каждый и кем изменён.'),
('legal_act_chain', 'legal_act_id', 'Акт.'),
('legal_act_chain', 'root_id', 'Первоначальный акт. Пусто: изменения замкнуты в круг.'),
('legal_act_chain', 'depth', 'Которое по счёту изменение; 0 — первоначальный акт.'),
('legal_act_chain', 'issued_on', 'Дата акта.'),
('legal_act_chain', 'amendments', 'Сколько изменений у первоначального акта.'),
('legal_act_chain', 'last_amended_on', 'Дата последнего изменения.'),
('legal_act_chain', 'full_title', 'Акт с реквизитами; первоначальный — с перечнем изменений.'),
('check_round', '()', 'Триггер: мониторинг не открывается без приказа, закрытый мониторинг не меняется, заново открывается только с причиной (п. 1.2.7).'),
('keep_round', '()', 'Триггер: ведёт журнал мониторингов и записывает состав мониторинга при закрытии.'),
('keep_day', '()', 'Триггер: записанный состав мониторинга следует за датой состава.'),
('refuse_edit', '()', 'Триггер: отказывает в правке таблиц, которые заполняются сами.'),
('check_round_open', '()', 'Триггер: ответы, документы и пороги закрытого мониторинга не меняются.'),
('check_none_closed', '()', 'Триггер: таблицы, на которых стоят закрытые мониторинги, не очищаются целиком.'),
('check_days_open', '()', 'Триггер: статусы и определения, на которых стоит закрытый мониторинг, не меняются.')
$function$;
COMMENT ON FUNCTION region_round_comments() IS
'Internal: Russian comments of the tables and functions of rounds.';
