using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Reads one JSON value into a type.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <param name="reader">On the first token of the value; on the last afterwards.</param>
/// <returns>The value.</returns>
/// <exception cref="JsonException">The value has another shape.</exception>
public delegate T QmpReader<out T>(ref Utf8JsonReader reader);
