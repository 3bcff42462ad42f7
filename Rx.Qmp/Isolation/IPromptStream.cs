namespace Rx.Qmp.Isolation;

/// <summary>Marks a stream of this library's own make: it returns from ReadAsync and WriteAsync at once, and closing it is harmless.</summary>
internal interface IPromptStream;
