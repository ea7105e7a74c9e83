@echo off
rem Способ Б. Планировщик заданий Windows, каждые 5 минут, «Не запускать новый экземпляр», остановить через 10 минут.
rem Сохраните файл в кодировке OEM 866 и замените базу, пользователя, пароль и пути на свои.
rem Параметр /C начинается со слова «Паром», после точки с запятой стоит файл настроек.

set V8="C:\Program Files (x86)\1cv82\8.2.19.130\bin\1cv8.exe"
set BASE=/S"server\base"
set USER=/N"Паром" /P"пароль"

%V8% ENTERPRISE %BASE% %USER% /DisableStartupDialogs /DisableStartupMessages /RunModeOrdinaryApplication /Execute "C:\Паром\Паром.epf" /C"Паром;C:\Паром\Настройки.xml"
