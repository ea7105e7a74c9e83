' Способ Г. Внешнее соединение: cscript //nologo ВнешнееСоединение.vbs, по расписанию каждые 5 минут.
' Нужна зарегистрированная компонента V83.COMConnector (для 8.2 — V82.COMConnector) той же разрядности, что и cscript:
'     regsvr32 "C:\Program Files\1cv8\8.3.24.1548\bin\comcntr.dll"
' Сохраните файл в кодировке Windows-1251 и замените строку соединения и пути на свои.

' Имена 1С стоят в квадратных скобках: иначе VBScript не понимает русских букв.

Option Explicit
Dim Connector, Base, Processor, Result

Set Connector = CreateObject("V83.COMConnector")
Set Base = Connector.Connect("Srvr=""server"";Ref=""base"";Usr=""Паром"";Pwd=""пароль"";")
Set Processor = Base.ExternalDataProcessors.Create("C:\Паром\Паром.epf", False)
Set Result = Processor.[ВыполнитьОбмен]("C:\Паром\Настройки.xml")
WScript.Echo Result.[Текст]
If Not Result.[Успех] Then WScript.Quit 1
